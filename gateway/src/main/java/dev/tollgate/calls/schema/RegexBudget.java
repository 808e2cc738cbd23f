package dev.tollgate.calls.schema;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressionFactory;
import java.util.regex.Pattern;

/**
 * The JDK's regular expressions, with a budget of characters read in total. Without it, a pattern like {@code (a+)+$} would never end.
 * Confined to its check.
 */
final class RegexBudget implements RegularExpressionFactory {

    private static final int PATTERN_CHARS_MAX = 4_096;
    private static final long LOOKS_MAX = 5_000_000;

    private long looks;

    /** Thrown when the budget is used up; whether the text matches is unknown. */
    static final class Exceeded extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Exceeded() {
            super("too much work for a regular expression", null, false, false);
        }
    }

    @Override
    public RegularExpression getRegularExpression(String regex) {
        if (regex.length() > PATTERN_CHARS_MAX) {
            throw new Exceeded();
        }
        Pattern pattern = Pattern.compile(regex);
        return text -> pattern.matcher(new Counted(text)).find();
    }

    private final class Counted implements CharSequence {

        private final CharSequence text;

        Counted(CharSequence text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > LOOKS_MAX) {
                throw new Exceeded();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end));
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
