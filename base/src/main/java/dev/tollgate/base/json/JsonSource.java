package dev.tollgate.base.json;

import java.io.IOException;

/** A long inside of a JSON string that lies in a file. Thread-safe; reading blocks. */
public interface JsonSource {

    /** Returns how many bytes there are. */
    long size();

    /** @return so many bytes */
    byte[] read(long from, int count) throws IOException;
}
