# A login at the console ends after ten minutes at the prompt; console.idle-logout of the node configuration replaces this.
case $(tty) in /dev/pts/*) ;; /dev/*) TMOUT=600; readonly TMOUT ;; esac
