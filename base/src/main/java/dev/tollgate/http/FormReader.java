package dev.tollgate.http;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Sentence;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code application/x-www-form-urlencoded} to the letter: a form has one reading, or it is refused with a 400. So no name comes twice,
 * each {@code %} has two hexadecimal digits, all of it is UTF-8, and there are no control characters but tabs and the ends of lines, and no
 * marks of the writing direction.
 */
public final class FormReader implements BodyReader<Form> {

    public static final int FIELDS_MAX = 64;
    public static final int NAME_BYTES_MAX = 64;
    public static final int VALUE_BYTES_MAX = 16 * 1024;

    private static final int SHOWN_CHARS_MAX = 40;
    private static final Sentence A_NAME = sentence("A name in the form");

    /** Passwords, and logins of before, may have marks of the writing direction. */
    private static final Set<String> COMPARED = Set.of("login", "password", "present");

    @Override
    public Form read(byte[] body) {
        Map<String, String> fields = new LinkedHashMap<>();
        int start = 0;
        for (int end = 0; end <= body.length; end++) {
            if (end == body.length || body[end] == '&') {
                if (end > start) {
                    add(fields, body, start, end);
                }
                start = end + 1;
            }
        }
        return new Form(fields);
    }

    private static void add(Map<String, String> fields, byte[] body, int start, int end) {
        if (fields.size() == FIELDS_MAX) {
            throw refused(sentence("The form has more than {max} fields.", FIELDS_MAX));
        }
        int equals = start;
        while (equals < end && body[equals] != '=') {
            equals++;
        }
        String name = checked(text(body, start, equals, NAME_BYTES_MAX, A_NAME), A_NAME, false);
        if (name.isEmpty()) {
            throw refused(sentence("A field of the form has no name."));
        }
        Sentence what = sentence("The form's field {name}", shown(name));
        String value = checked(
                text(body, Math.min(equals + 1, end), end, VALUE_BYTES_MAX, what), what, COMPARED.contains(name));
        if (fields.putIfAbsent(name, value) != null) {
            throw refused(sentence("{what} came twice; it may come once.", what));
        }
    }

    /** @param what it is, for refusals */
    private static String text(byte[] body, int start, int end, int bytesMax, Sentence what) {
        byte[] decoded = new byte[end - start];
        int length = 0;
        for (int at = start; at < end; at++) {
            byte each = body[at];
            if (each == '%') {
                if (end - at < 3) {
                    throw badEscape(what);
                }
                each = (byte) (digit(body[at + 1], what) << 4 | digit(body[at + 2], what));
                at += 2;
            } else if (each == '+') {
                each = ' ';
            }
            decoded[length++] = each;
        }
        if (length > bytesMax) {
            throw refused(sentence(
                    "{what} has {bytes} bytes; at most {max} are allowed.",
                    what,
                    Integer.toString(length),
                    Integer.toString(bytesMax)));
        }
        return utf8(decoded, length, what);
    }

    private static int digit(byte hex, Sentence what) {
        int digit = Character.digit(hex, 16);
        if (digit < 0) {
            throw badEscape(what);
        }
        return digit;
    }

    private static ApiException badEscape(Sentence what) {
        return refused(sentence("{what} has a '%' without two hexadecimal digits behind it.", what));
    }

    private static String utf8(byte[] bytes, int length, Sentence what) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused(sentence("{what} is not valid UTF-8.", what));
        }
    }

    private static String checked(String text, Sentence what, boolean isCompared) {
        Sentence complaint = isCompared ? WrittenText.complaintOfSecret(text) : WrittenText.complaintOfLines(text);
        if (complaint != null) {
            throw refused(sentence("{what} {complaint}.", what, complaint));
        }
        return text;
    }

    private static String shown(String name) {
        return "'" + (name.length() <= SHOWN_CHARS_MAX ? name : name.substring(0, SHOWN_CHARS_MAX) + "...") + "'";
    }

    private static ApiException refused(Sentence sentence) {
        return ApiError.invalid(null, sentence).asException();
    }
}
