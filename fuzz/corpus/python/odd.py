def f(a=-1e999, b=10**10**10, c={**{}}, d=[*()], e=b"\xff", g=1_0j, h=...) -> "tuple[int, 'str']":
	"""\N{BULLET}"""

def f(a, a): pass
