"""The protection of published figures: every quarter residents are counted once, noise is added once, and that stays.

Read it in this order; each is a few pure functions over numbers, without a database and without a clock:

1. `profile`: how much noise, and from what size on a number is shown. It can be made stricter, never looser.
2. `hierarchy`: the areas figures are given for, small ones put together by public figures only.
3. `cube`: the closed list of tables. What is not on it is never counted.
4. `counting`: from one row a resident to counts, so that one resident can change only few of them.
5. `budget`: what a release tells at most about one resident, and the refusal when a year would tell too much.
6. `noise`: the number that is added to each count, by a keyed look-up in a table of integers.
7. `projection`: the nearest whole numbers, none negative, that add up in all directions.
8. `release`: the steps together: counts and a key in, frozen numbers out.
9. `display`: what of these numbers is shown, and as which bytes.

All that comes after the noise works on noisy numbers alone, so it tells nothing more about anybody: a number under ten
that somebody works out from the others is a noisy number too. The argument stands in the decision "A frozen, additive,
noisy cube" in `docs/adr`, the attacks on it in `tests/statistics_attacks`.
"""
