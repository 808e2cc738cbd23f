package dev.tollgate.upstreams.media;

import dev.tollgate.base.conversation.TextFiles;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Downloaded text files as UTF-8, which all providers read. Blocks. */
final class DownloadedText {

    private static final int STEP_CHARS = 16 * 1024;

    private DownloadedText() {}

    /**
     * Returns a text with the mark of UTF-16 as UTF-8, and a text that is not UTF-8 by the charset of its header; any other medium as it came.
     *
     * @param came released unless it is returned
     */
    static Medium inUtf8(Medium came, @Nullable String contentType, Supplier<Draft> drafts) throws NoRoom {
        try {
            Charset charset = came.mimeType().startsWith("text/") ? charset(came, contentType) : null;
            if (charset == null) {
                return came;
            }
            Medium made = made(came, charset, drafts.get());
            came.release();
            return made;
        } catch (IOException e) {
            came.release();
            throw new NoRoom("a medium cannot be read", e);
        } catch (NoRoom | RuntimeException e) {
            came.release();
            throw e;
        }
    }

    private static @Nullable Charset charset(Medium came, @Nullable String contentType) throws IOException {
        byte[] mark = new byte[2];
        came.read(0, mark, 0, mark.length);
        if (TextFiles.hasMark(mark)) {
            return isOf(came, StandardCharsets.UTF_16) ? StandardCharsets.UTF_16 : null;
        }
        String name = contentType == null ? null : TextFiles.charsetIn(contentType);
        Charset named = name == null ? null : TextFiles.named(name);
        if (named == null || named.equals(StandardCharsets.UTF_8) || isOf(came, StandardCharsets.UTF_8)) {
            return null;
        }
        return isOf(came, named) ? named : null;
    }

    private static boolean isOf(Medium came, Charset charset) throws IOException {
        try (Reader text = reader(came, charset)) {
            text.transferTo(Writer.nullWriter());
            return true;
        } catch (CharacterCodingException invalid) {
            return false;
        }
    }

    private static Reader reader(Medium came, Charset charset) {
        return new InputStreamReader(came.stream(), charset.newDecoder());
    }

    private static Medium made(Medium came, Charset charset, Draft draft) throws IOException, NoRoom {
        char[] step = new char[STEP_CHARS];
        try (Reader text = reader(came, charset)) {
            for (int read = text.read(step); read >= 0; read = text.read(step)) {
                String whole = new String(step, 0, read); // a decoder cuts no pair
                byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
                draft.write(bytes, 0, bytes.length);
            }
            return draft.finish(came.mimeType());
        } catch (IOException | NoRoom | RuntimeException e) {
            draft.discard();
            throw e;
        }
    }
}
