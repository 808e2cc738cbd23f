package dev.tollgate.storage;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.base.host.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file {@code tollgate.server} in a data folder: the newest primary that a server over this folder has met, for its next start. */
final class PrimaryFile {

    private static final int BYTES_MAX = 1_024;
    private static final Pattern FORM = Pattern.compile("(\\d{1,20}) (\\d{1,10})\\n.*", Pattern.DOTALL);
    private static final String TEXT =
            "is the PostgreSQL server (identifier, timeline) that holds the books. A start on an older one is refused.\n";

    private static final Logger log = LoggerFactory.getLogger(PrimaryFile.class);

    private final Path file;

    PrimaryFile(Path folder) {
        this.file = folder.resolve("tollgate.server");
    }

    Path path() {
        return file;
    }

    /** Returns what it names, or null if it is missing. @throws CannotOpen if it cannot be read */
    @Nullable
    Primary read() {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            Matcher text = FORM.matcher(new String(OperatorFile.read(file, BYTES_MAX), StandardCharsets.UTF_8));
            if (!text.matches()) {
                throw new CannotOpen("The file " + file + " names no database server. Delete it if you are sure that"
                        + " the database's address leads to the newest primary.");
            }
            return new Primary(text.group(1), Long.parseLong(text.group(2)));
        } catch (IOException e) {
            throw new CannotOpen("Cannot read " + file + ": " + FileTrouble.of(e) + ".", e);
        }
    }

    /** Writes it as a whole. If that fails, the log says so: the database knows the server too. */
    void write(Primary primary) {
        try {
            Path made = PrivateFiles.fileBeside(file, ".server", "");
            try {
                Files.writeString(made, primary.identifier() + " " + primary.timeline() + "\n" + TEXT);
                try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(made);
            }
        } catch (IOException e) {
            log.warn("{} could not be written, so a restart may not know the newest primary: {}", file, e.toString());
        }
    }
}
