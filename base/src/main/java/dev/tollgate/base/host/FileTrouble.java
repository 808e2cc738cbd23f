package dev.tollgate.base.host;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** A description of a failure with a file, for the operator. Some of Java's exceptions say nothing in their message but what the file is called. */
public final class FileTrouble {

    private FileTrouble() {}

    /** Part of a sentence, to stand behind what cannot be done and the file's name. */
    public static String of(IOException e) {
        return e instanceof FileSystemException file ? reason(file) : String.valueOf(e.getMessage());
    }

    /** Describes a refusal by the system. The usual cause is a command run as another user than the server's. */
    public static String refused() {
        return "the user " + System.getProperty("user.name") + " may not do that";
    }

    private static String reason(FileSystemException e) {
        String reason = e.getReason();
        if (reason != null) {
            return reason;
        }
        return switch (e) {
            case AccessDeniedException refused -> refused();
            case NoSuchFileException gone -> "it is not there";
            case NotDirectoryException file -> "it is no folder";
            default -> e.getClass().getSimpleName();
        };
    }
}
