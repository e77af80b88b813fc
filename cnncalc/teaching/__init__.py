"""What a lecture does with chalk: worked answers, inverse questions, sizes that fit.

Everything here is arithmetic on the facts and the graph, and gives frozen values that the reports
write as text, Markdown or JSON.
"""
