package dev.tollgate.admin;

import dev.tollgate.deeds.Deed;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/** What an operator does with the channels of this server. Thread-safe; blocks. */
public final class ChannelDeeds {

    private final boolean hasFile;
    private final BooleanSupplier reload;
    private final Writer writer;
    private final InstantSource clock;

    /** @param reload reads the file; whether it was taken */
    public ChannelDeeds(boolean hasFile, BooleanSupplier reload, Writer writer, InstantSource clock) {
        this.hasFile = hasFile;
        this.reload = reload;
        this.writer = writer;
        this.clock = clock;
    }

    /** Whether there is a file that can be read again. */
    public boolean hasFile() {
        return hasFile;
    }

    /**
     * Reads the channels file again, as a signal to the process does. It stands in the audit log whether it was taken or not.
     *
     * @return whether it was taken; one with an error changes nothing, and the log says why
     */
    public synchronized boolean reload(By by) throws Refused {
        if (!hasFile) {
            throw new Refused(Refused.Why.CONFLICT, "There is no channels file: the channel comes from the settings.");
        }
        boolean taken = reload.getAsBoolean();
        String after = new DeedJson().flag("taken", taken).end();
        try {
            writer.commitAndWait(Unit.of(new Deed(
                    by.actor(),
                    "channels.reload",
                    "channels",
                    by.reason(),
                    clock.instant(),
                    () -> new Deed.Changed(null, after))));
        } catch (StoreException e) {
            throw new Refused("The file was " + (taken ? "" : "not ") + "taken, but that could not be written down.");
        }
        return taken;
    }
}
