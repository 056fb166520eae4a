"""Gates that are measured (METHOD 9): how right is what a threshold keeps, and which threshold keeps a promise."""
