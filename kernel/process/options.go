package process

// Option changes how a process is started.
type Option func(*options)

type options struct {
	name string
	env  []string
	dir  string
}

// Name is what the run card calls the task, instead of the name of its function.
func Name(name string) Option { return func(o *options) { o.name = name } }

// Env adds variables, "KEY=value", to the environment of the process.
func Env(variables ...string) Option {
	return func(o *options) { o.env = append(o.env, variables...) }
}

// Dir is the working directory of the process, instead of the notebook's.
func Dir(path string) Option { return func(o *options) { o.dir = path } }
