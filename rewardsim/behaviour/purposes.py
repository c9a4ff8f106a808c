"""What luck is asked for. One decision, one number; append, never renumber, never reuse.

The step of each address stands beside it. A step must mean the same under every variant: a number
of candidate, a day, a visit - never "the n-th event".
"""

TRAITS = 1  # step 0, sub: which trait
ARRIVAL = 2  # step 0: when a member comes, and when he enrols
CANDIDATE = 3  # step: number of the candidate; words: gap to the next, mark, size of the basket, second
CART = 4  # step: number of the candidate; words: category, channel, top-up, return
PARCEL = 5  # step: number of the candidate; words: delay, second of delivery, day of return, share returned
REDEEMING = 6  # step: number of the candidate; words: whether, whether all, share, coupon
REPAYING = 7  # step: number of the candidate; word: whether it repays a purchase borrowed from the future
VISIT = 8  # step: number of the visit; words: moment, exchange, share, post
INVITING = 9  # step: number of the visit; words: how many
FRIEND = 10  # step: number of the visit, sub: number of the invitation; words: accepts, converts, second
JOINING = 11  # step 0, of the friend: words: days until he enrols, second
