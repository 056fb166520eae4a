"""What a run takes before it takes it: calls, tokens and money, each with a range."""
