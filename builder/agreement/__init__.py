"""How good labels are: agreement of labellers on the same practices, and their naming on different ones."""
