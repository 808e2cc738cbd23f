package dev.tollgate.operator.inspection;

import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.books.receipts.PublicKeys;
import dev.tollgate.books.receipts.ReceiptFileCheck;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks a file of receipts with saved keys or with the keys of the installation that signed them. */
public final class ReceiptFiles {

    /** The finding of a check, as a sentence. */
    public record Verdict(boolean sound, String sentence) {}

    /** A head is a line; key files hold as many lines as there were keys. */
    private static final int BYTES_MAX = 1_048_576;

    private ReceiptFiles() {}

    /**
     * @param installation supplies the keys if there is no key file; opened for reading
     * @param keyFile saved public keys; null for the installation's keys
     * @param headFile saved end of the chain; null if the end is not checked
     * @throws CannotLook if a file or the installation cannot be read
     */
    public static Verdict verify(
            Supplier<Database> installation, Path file, @Nullable Path keyFile, @Nullable Path headFile)
            throws CannotLook {
        PublicKeys keys = keyFile == null ? ownKeys(installation) : keys(keyFile);
        byte[] head = headFile == null ? null : read(headFile);
        try (InputStream receipts = OperatorFile.open(file)) {
            return verdict(new ReceiptFileCheck(keys, head).check(receipts), head != null);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Verdict verdict(ReceiptFileCheck.Result result, boolean hasHead) {
        return switch (result) {
            case ReceiptFileCheck.Sound sound ->
                new Verdict(true, sound.receipts() + " receipts, all sound" + (hasHead ? "; the head fits" : ""));
            case ReceiptFileCheck.Wrong wrong -> new Verdict(false, wrong.sentence());
        };
    }

    private static PublicKeys ownKeys(Supplier<Database> installation) throws CannotLook {
        try (Database database = installation.get()) {
            return PublicKeys.parse(Receipts.keys(database));
        } catch (StoreException | IllegalArgumentException e) {
            throw new CannotLook("The installation's own keys cannot be read: " + e.getMessage());
        }
    }

    private static PublicKeys keys(Path file) throws CannotLook {
        try {
            return PublicKeys.parse(new String(read(file), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new CannotLook("The file " + file + " holds no public keys: " + e.getMessage() + ".");
        }
    }

    private static byte[] read(Path file) throws CannotLook {
        try {
            return OperatorFile.read(file, BYTES_MAX);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static CannotLook unreadable(Path file, IOException e) {
        if (e instanceof OperatorFile.Unfit) {
            return new CannotLook("The file " + file + " " + e.getMessage() + ".");
        }
        return new CannotLook("The file " + file + " cannot be read: " + e.getMessage() + ".");
    }

    /** The failure to read the data of a check, whose result is therefore unknown. The message is for the operator. */
    public static final class CannotLook extends Exception {

        private static final long serialVersionUID = 1L;

        public CannotLook(String message) {
            super(message);
        }
    }
}
