def a(:
    return (
  x = """
