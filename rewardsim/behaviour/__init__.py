"""How members act. Standard library `math` only, scalar, compiled like the rules; luck is addressed.

Reading order: ``records`` (who a person is), ``philox`` and ``purposes`` (luck), ``parameters``
(every effect with its default, range and evidence), ``response`` and ``goals`` (how often he
buys), ``attrition`` (when he leaves), ``basket``, ``checkout``, ``exchanging``, ``inviting`` (what
he decides), ``life`` (what a day brings him), ``measures`` (what is counted).
"""
