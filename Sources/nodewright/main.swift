import NodewrightCommands
import Sandbox

// A worker enters its namespaces before anything here may start a thread.
Worker.serve(Nodewright.workers)
Nodewright.start()
