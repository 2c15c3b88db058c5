import NodectlCommands

Nodectl.start()
