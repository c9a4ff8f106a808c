"""What a member has paid for an order, once discounts, tokens and returns are taken off."""

from __future__ import annotations

from .codes import CANCELLED
from .records import Order


def left_to_pay(order: Order) -> int:
    """Return what was paid for the part of an order that has not come back."""
    if order.status == CANCELLED:
        return 0
    if order.returned == 0:
        return order.paid
    return order.paid - order.paid * order.returned // order.amount


def is_undone(order: Order) -> bool:
    """Tell whether everything of an order has come back."""
    return order.status == CANCELLED or order.returned >= order.amount > 0
