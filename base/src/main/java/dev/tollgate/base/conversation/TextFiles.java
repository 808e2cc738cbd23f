package dev.tollgate.base.conversation;

import dev.tollgate.base.memory.CountedBytes;
import dev.tollgate.base.memory.Lease;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text files in UTF-8, in UTF-16 with its mark, or in a charset that their sender names. They are read strictly. */
public final class TextFiles {

    /** The reason to refuse a file, after its field. */
    public static final String UNREADABLE =
            "is a text file that is not UTF-8. Send it as UTF-8, as UTF-16 with its mark, or name its charset, like"
                    + " data:text/csv;charset=gbk;base64,….";

    private static final Pattern CHARSET = Pattern.compile(";\\s*charset\\s*=\\s*[\"']?([^\"';\\s]+)");

    /** Charsets that contain the named one and are often meant by its name, as browsers read them. */
    private static final Map<String, String> MEANT =
            Map.of("GB2312", "GBK", "Shift_JIS", "windows-31j", "EUC-KR", "x-windows-949");

    private TextFiles() {}

    /** Returns whether a file begins with the mark of UTF-16. */
    public static boolean hasMark(byte[] first) {
        int mark = first.length < 2 ? 0 : (first[0] & 0xff) << Byte.SIZE | first[1] & 0xff;
        return mark == 0xfeff || mark == 0xfffe;
    }

    /** Returns the text by its mark, else as UTF-8; null if it is neither. */
    public static @Nullable String read(byte[] bytes) {
        Charset charset = hasMark(bytes) ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException invalid) {
            return null;
        }
    }

    /** Returns the name of a charset among the parameters of a media type, in lower case; null if none is named. */
    public static @Nullable String charsetIn(String type) {
        Matcher named = CHARSET.matcher(type.toLowerCase(Locale.ROOT));
        return named.find() ? named.group(1) : null;
    }

    /** Returns the charset of a name, or a larger one; null if none is known by it. */
    public static @Nullable Charset named(String name) {
        Charset known = Charset.forName(name, null);
        return known == null ? null : Charset.forName(MEANT.getOrDefault(known.name(), known.name()), known);
    }

    /** Returns a file that begins with the mark of UTF-16 as UTF-8, both in base64; any other as it is. */
    public static String inUtf8(String base64, Lease memory) {
        boolean isMarked = hasMark(Base64.getDecoder().decode(base64.substring(0, Math.min(4, base64.length()))));
        String text = isMarked ? inUtf8(base64, StandardCharsets.UTF_16, memory) : null;
        return text == null ? base64 : text;
    }

    /**
     * Returns a file of a charset as UTF-8, both in base64; null if its bytes are not of that charset.
     *
     * @param memory charged for the result before it grows: a letter may take three times its bytes
     */
    static @Nullable String inUtf8(String base64, Charset charset, Lease memory) {
        memory.take(base64.length());
        CountedBytes out = new CountedBytes(memory, base64.length());
        Base64.Decoder decoder = Base64.getDecoder();
        byte[] ascii = base64.getBytes(StandardCharsets.ISO_8859_1);
        try (Reader from = new InputStreamReader(decoder.wrap(new ByteArrayInputStream(ascii)), charset.newDecoder());
                Writer to = new OutputStreamWriter(Base64.getEncoder().wrap(out), StandardCharsets.UTF_8)) {
            from.transferTo(to);
        } catch (CharacterCodingException invalid) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            memory.give(base64.length());
        }
        byte[] whole = out.whole();
        memory.take(whole.length);
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        memory.give(whole.length);
        return text;
    }
}
