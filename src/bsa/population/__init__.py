"""A made-up population of somebody else's, put into an empty test installation: so that figures can be attacked.

Whoever wants to know whether published figures give somebody away brings a population of which every person is known,
lets it be counted and published as any other, and tries. Rows are stored in bulk and not through the actions: nobody
is protected here, and eighty thousand contacts would take an hour. It is refused where there are real people.
"""
