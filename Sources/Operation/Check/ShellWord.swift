/// Quotes a text as one word of a shell's command line.
///
/// Operators copy the commands that this program suggests, and names in them come from outside.
public enum ShellWord {
    public static func quoted(_ text: String) -> String {
        text.wholeMatch(of: /[A-Za-z0-9_.,:@%+\/-]+/) != nil
            ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
