/** The name of a model's class, as errors begin with it: of a class that has none, that of the one it extends. */
export function modelClassOf({ constructor }: object): string {
  return nameOfClass(constructor);
}

/** The same of the class itself. */
export function nameOfClass(modelClass: { readonly name: string }): string {
  const { name } = modelClass;
  return name === "" ? nameOfClass(Object.getPrototypeOf(modelClass) as typeof modelClass) : name;
}
