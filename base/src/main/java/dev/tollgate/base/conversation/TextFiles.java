package dev.tollgate.base.conversation;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Text files in UTF-8, in UTF-16 with its mark, or in a charset that their sender names. They are read strictly. */
public final class TextFiles {

    /** The reason to refuse a file, after its field. */
    public static final String UNREADABLE =
            "is a text file that is not UTF-8. Send it as UTF-8, as UTF-16 with its mark, or name its charset, like"
                    + " data:text/csv;charset=gbk;base64,….";

    private TextFiles() {}

    /** Returns whether a file begins with the mark of UTF-16. */
    public static boolean hasMark(byte[] first) {
        int mark = first.length < 2 ? 0 : (first[0] & 0xff) << Byte.SIZE | first[1] & 0xff;
        return mark == 0xfeff || mark == 0xfffe;
    }

    /** Returns the text by its mark, else as UTF-8; null if it is neither. */
    public static @Nullable String read(byte[] bytes) {
        return read(bytes, hasMark(bytes) ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8);
    }

    private static @Nullable String read(byte[] bytes, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException invalid) {
            return null;
        }
    }

    /** Returns a file of a named charset as UTF-8, both in base64; null if its bytes are not of that charset. */
    static @Nullable String inUtf8(String base64, Charset charset) {
        String text = read(Base64.getDecoder().decode(base64), charset);
        return text == null ? null : base64(text);
    }

    /** Returns a file that begins with the mark of UTF-16 as UTF-8, both in base64; any other as it is. */
    public static String inUtf8(String base64) {
        boolean isMarked = hasMark(Base64.getDecoder().decode(base64.substring(0, Math.min(4, base64.length()))));
        String text = isMarked ? read(Base64.getDecoder().decode(base64)) : null;
        return text == null ? base64 : base64(text);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
