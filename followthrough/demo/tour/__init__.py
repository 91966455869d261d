"""The tour: the running product, seen as an outsider sees it, on the eight checks a buyer makes.

Nothing here looks inside. Stage changes and answers are signed webhooks; what truly left is what
the SMS gateway and the mail server received, which the tour runs itself; receipts and handoffs are
read from the console's pages; the clock is moved with the demo's control. What an outsider would
have been given (addresses, secrets, a sign-in link) comes from the set-up (`demo.seed.tour`).
`config.demo.tour` starts everything and prints the table.
"""
