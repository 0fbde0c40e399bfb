"""Chapter 03: how a bound method wants to be pickled."""


class Analysis:
    def analyze(self, i):
        return i


print(Analysis().analyze.__reduce__())
