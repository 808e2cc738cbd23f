package dev.tollgate;

import dev.tollgate.keys.Keys;
import dev.tollgate.ledger.ExpireOpen;
import dev.tollgate.ledger.Ledger;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.tasks.FailAbandoned;
import dev.tollgate.tasks.Tasks;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Everything that is kept: the database with its stores, and the one writer with the parts in their order. */
final class Store implements AutoCloseable {

    private final Database database;
    private final Ledger ledger;
    private final Keys keys;
    private final Tasks tasks;
    private final Writer writer;

    private Store(Database database, InstantSource clock) {
        this.database = database;
        this.ledger = new Ledger(database);
        this.keys = new Keys(database, clock);
        this.tasks = new Tasks(database);
        this.writer = database.startWriter(
                List.of(keys.statePart(), ledger.part(keys::forgetAccount), keys.changesPart(), tasks.part()));
    }

    /**
     * Opens a data folder, and resolves what a crash has left: nobody else can own a reservation in it (D34).
     *
     * @throws dev.tollgate.storage.CannotOpen with a sentence for the operator
     */
    static Store open(Path data, InstantSource clock) {
        Store store = new Store(Database.open(data), clock);
        ExpireOpen expired = new ExpireOpen(clock.instant());
        store.writer.commitAndWait(Unit.of(expired, new FailAbandoned(expired)));
        return store;
    }

    Ledger ledger() {
        return ledger;
    }

    Keys keys() {
        return keys;
    }

    Tasks tasks() {
        return tasks;
    }

    Writer writer() {
        return writer;
    }

    @Override
    public void close() {
        database.close();
    }
}
