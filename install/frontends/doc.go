// Package frontends holds the tests of Iyagi against the programs that people use a kernel with: jupyter_client, jupyter_kernel_test, nbclient, nbconvert, papermill,
// Jupyter's console, JupyterLab in a headless Chromium, and a client that talks to a kernel as VS Code does. It has no other code.
//
// Each front end is driven by a small script of its own language in testdata; a script appends one line of JSON to a report for each check that it made, and the
// Go test turns each line into a subtest. What is sent to the kernel stands in testdata/cells, a file for each kernel, so that
//
//	go test ./install/frontends -args -kernel=python3
//
// runs the same scripts against ipykernel. What fails there too is a fault of the script, not of Iyagi.
//
// The tests make what they need by themselves: the Python virtual environment of package venvtest and a folder of Node packages in the user's cache folder, named by
// what is in them, made under a file lock and kept from run to run; the iyagi program and its kernelspec in a temporary folder. JupyterLab is driven in Debian's Chromium or in Chrome, or in the
// program that IYAGI_TEST_CHROME names. Without Python, Node or a browser a test says so in one line and skips; with CI=true it fails. Screenshots and
// executed notebooks are left in the folder artifacts of the repository.
package frontends
