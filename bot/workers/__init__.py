"""What time starts: one loop per worker, woken by ticks and by commits."""
