/// Which mutant the tasks of one run have; the woven sources ask for it wherever a mutant changes them.
package enum Mutation {
    @TaskLocal package static var current: String?
}

/// Whether the code runs as the mutant of this name.
package func mutant(_ name: String) -> Bool { Mutation.current == name }
