package dev.tollgate.upstreams.media;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** A draft for an encoder, which may swallow what goes wrong. */
final class DraftStream extends OutputStream {

    private final Draft draft;
    private @Nullable NoRoom failure;

    DraftStream(Draft draft) {
        this.draft = draft;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        try {
            draft.write(bytes, offset, count);
        } catch (NoRoom e) {
            failure = e;
            throw new IOException(e);
        }
    }

    void throwFailure() throws NoRoom {
        if (failure != null) {
            throw failure;
        }
    }
}
