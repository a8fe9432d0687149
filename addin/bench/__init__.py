"""What jobs cost, as ratios against named peers in one run, and the attack harness: `casebook bench NAME`."""
