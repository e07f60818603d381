package lower

import "go/types"

// env says what the type parameters of the function being printed stand for. Its
// types have no type parameters of their own left.
type env struct {
	args   map[*types.TypeParam]types.Type
	locals map[*types.TypeName]*types.Named // types declared in this instance of the function
}

func newEnv() *env {
	return &env{args: map[*types.TypeParam]types.Type{}, locals: map[*types.TypeName]*types.Named{}}
}

// bind returns the environment in which params are args.
func bind(params *types.TypeParamList, args []types.Type) *env {
	e := newEnv()
	for i := 0; i < params.Len() && i < len(args); i++ {
		e.args[params.At(i)] = args[i]
	}
	return e
}

// subst replaces e's type parameters in t and follows aliases.
func (l *Lowerer) subst(t types.Type, e *env) types.Type {
	if t == nil {
		return nil
	}
	if len(e.args) == 0 {
		return types.Unalias(t)
	}
	return l.replace(t, e)
}

func (l *Lowerer) replace(t types.Type, e *env) types.Type {
	switch t := t.(type) {
	case *types.Alias:
		return l.replace(types.Unalias(t), e)
	case *types.TypeParam:
		if a, ok := e.args[t]; ok {
			return a
		}
		return t
	case *types.Named:
		return l.replaceNamed(t, e)
	case *types.Pointer:
		return types.NewPointer(l.replace(t.Elem(), e))
	case *types.Slice:
		return types.NewSlice(l.replace(t.Elem(), e))
	case *types.Array:
		return types.NewArray(l.replace(t.Elem(), e), t.Len())
	case *types.Map:
		return types.NewMap(l.replace(t.Key(), e), l.replace(t.Elem(), e))
	case *types.Chan:
		return types.NewChan(t.Dir(), l.replace(t.Elem(), e))
	case *types.Tuple:
		return l.replaceTuple(t, e)
	case *types.Signature:
		return types.NewSignatureType(nil, nil, nil, l.replaceTuple(t.Params(), e), l.replaceTuple(t.Results(), e), t.Variadic())
	case *types.Struct:
		return l.replaceStruct(t, e)
	case *types.Interface:
		return l.replaceInterface(t, e)
	case *types.Union:
		terms := make([]*types.Term, t.Len())
		for i := range terms {
			terms[i] = types.NewTerm(t.Term(i).Tilde(), l.replace(t.Term(i).Type(), e))
		}
		return types.NewUnion(terms)
	}
	return t
}

func (l *Lowerer) replaceNamed(t *types.Named, e *env) types.Type {
	if n := t.TypeArgs().Len(); n > 0 {
		args := make([]types.Type, n)
		changed := false
		for i := range args {
			args[i] = l.replace(t.TypeArgs().At(i), e)
			changed = changed || args[i] != t.TypeArgs().At(i)
		}
		if !changed {
			return t
		}
		return l.instantiate(t.Origin(), args)
	}
	o := t.Obj()
	if !l.isLocal(o) {
		return t
	}
	// A type declared in a generic function: each instance has its own.
	if c, ok := e.locals[o]; ok {
		return c
	}
	if l.local[o] != nil {
		return t // it is such a copy already
	}
	name := types.NewTypeName(o.Pos(), o.Pkg(), o.Name(), nil)
	c := types.NewNamed(name, types.NewStruct(nil, nil), nil)
	e.locals[o] = c
	l.local[name] = e
	c.SetUnderlying(l.replace(t.Underlying(), e).Underlying())
	return c
}

func (l *Lowerer) instantiate(origin types.Type, args []types.Type) types.Type {
	t, err := types.Instantiate(l.ctx, origin, args, false)
	if err != nil {
		fail("%v", err)
	}
	return t
}

func (l *Lowerer) replaceTuple(t *types.Tuple, e *env) *types.Tuple {
	if t.Len() == 0 {
		return nil
	}
	vars := make([]*types.Var, t.Len())
	for i := range vars {
		v := t.At(i)
		vars[i] = types.NewParam(v.Pos(), v.Pkg(), v.Name(), l.replace(v.Type(), e))
	}
	return types.NewTuple(vars...)
}

func (l *Lowerer) replaceStruct(t *types.Struct, e *env) types.Type {
	fields := make([]*types.Var, t.NumFields())
	tags := make([]string, len(fields))
	for i := range fields {
		f := t.Field(i)
		fields[i] = types.NewField(f.Pos(), f.Pkg(), f.Name(), l.replace(f.Type(), e), f.Embedded())
		tags[i] = t.Tag(i)
	}
	return types.NewStruct(fields, tags)
}

func (l *Lowerer) replaceInterface(t *types.Interface, e *env) types.Type {
	if t.NumExplicitMethods()+t.NumEmbeddeds() == 0 {
		return t
	}
	methods := make([]*types.Func, t.NumExplicitMethods())
	for i := range methods {
		m := t.ExplicitMethod(i)
		methods[i] = types.NewFunc(m.Pos(), m.Pkg(), m.Name(), l.replace(m.Type(), e).(*types.Signature))
	}
	embedded := make([]types.Type, t.NumEmbeddeds())
	for i := range embedded {
		embedded[i] = l.replace(t.EmbeddedType(i), e)
	}
	return types.NewInterfaceType(methods, embedded).Complete()
}

// isLocal tells whether a type is declared inside of a function.
func (l *Lowerer) isLocal(o *types.TypeName) bool {
	switch {
	case o.Pkg() == nil:
		return false
	case o.Pkg().Path() == "main":
		return !l.top[o]
	}
	return l.lib.source(o.Pkg()) != nil && o.Parent() != nil && o.Parent() != o.Pkg().Scope()
}
