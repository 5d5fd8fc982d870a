"""Registry: what anyone may check about a credential, and the pages of those who keep the register."""
