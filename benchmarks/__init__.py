"""What is measured, as ratios against named baselines."""
