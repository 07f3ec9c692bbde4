/// A text as one word of a shell's command line: suggested commands are copied, and names come from outside.
enum ShellWord {
    static func quoted(_ text: String) -> String {
        text.wholeMatch(of: /[A-Za-z0-9_.,:@%+\/-]+/) != nil
            ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
