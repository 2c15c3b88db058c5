print("nodewright")
