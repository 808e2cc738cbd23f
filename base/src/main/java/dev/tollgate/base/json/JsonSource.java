package dev.tollgate.base.json;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A long inside of a JSON string that lies in a file. Thread-safe; reading blocks. */
public interface JsonSource {

    int STREAMED_BYTES = 64 * 1024;

    /** Returns how many bytes there are. */
    long size();

    /** @return so many bytes */
    byte[] read(long from, int count) throws IOException;

    /** Returns its bytes in base64, encoded as they are read. */
    default JsonSource base64() {
        JsonSource bytes = this;
        return new JsonSource() {

            @Override
            public long size() {
                return (bytes.size() + 2) / 3 * 4;
            }

            @Override
            public byte[] read(long from, int count) throws IOException {
                long first = from / 4 * 3;
                long end = Math.min(bytes.size(), (from + count + 3) / 4 * 3);
                byte[] chars = Base64.getEncoder().encode(bytes.read(first, (int) (end - first)));
                int skipped = (int) (from % 4);
                return Arrays.copyOfRange(chars, skipped, skipped + count);
            }
        };
    }

    /** Returns all of it from its first byte on. */
    default InputStream stream() {
        return new BufferedInputStream(
                new InputStream() {

                    private long at;

                    @Override
                    public int read() throws IOException {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
                    }

                    @Override
                    public int read(byte[] target, int offset, int count) throws IOException {
                        int some = (int) Math.min(count, size() - at);
                        if (some <= 0) {
                            return count == 0 ? 0 : -1;
                        }
                        System.arraycopy(JsonSource.this.read(at, some), 0, target, offset, some);
                        at += some;
                        return some;
                    }
                },
                STREAMED_BYTES);
    }

    /** Returns the word that stands for it where JSON is kept; null if that has its bytes. */
    default byte @Nullable [] word() {
        return null;
    }
}
