"""The account services over HTTP (behaviour note worker, part B)."""
