"""Where customers stand on a program's ladder: lifted when they earn it, judged when a year is over."""
