package dev.tollgate.storage.holdings;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A ZIP that leaves in pieces while it is written, so its memory is that of a piece. One thread's. */
public final class ZipPieces implements AutoCloseable {

    private final ByteArrayOutputStream made = new ByteArrayOutputStream();
    private final ZipOutputStream zip = new ZipOutputStream(made, StandardCharsets.UTF_8);
    private final Predicate<byte[]> pieces;
    private final Instant at;

    /**
     * @param at the time of its files
     * @param pieces takes the bytes in their order; false: no more is wanted
     */
    public ZipPieces(Instant at, Predicate<byte[]> pieces) {
        this.at = at;
        this.pieces = pieces;
    }

    /** Begins a file. */
    public void begin(String name) {
        try {
            ZipEntry entry = new ZipEntry(name);
            entry.setTime(at.toEpochMilli());
            zip.putNextEntry(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void write(byte[] bytes) {
        try {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Hands over what is written. @return whether more is wanted */
    public boolean send() {
        try {
            zip.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean isWanted = made.size() == 0 || pieces.test(made.toByteArray());
        made.reset();
        return isWanted;
    }

    /** Hands over the last piece. */
    public void end() {
        try {
            zip.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean unused = pieces.test(made.toByteArray()); // it is the last one
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
