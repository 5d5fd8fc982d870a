"""What a page costs, beside a bare Flask application in the same run: `python -m bench.run`."""
