// Package install makes the kernel known to the front ends of a machine.
//
// [Install] writes a kernelspec, the folder that tells Jupyter, VS Code and the
// like how to start a kernel; [Uninstall] removes it. [Folders] lists where they look
// for kernelspecs, in their order, and [Find] what they would find. [FindLab]
// and [SetUpLab] provide a JupyterLab to open notebooks with.
//
// What differs from platform to platform is in files named for it, behind the functions
// of platform.go. The package starts no kernel and prints nothing: it returns what it
// did and found.
package install
