package dev.tollgate;

import dev.tollgate.answers.Answers;
import dev.tollgate.answers.FreeAbandoned;
import dev.tollgate.config.Secret;
import dev.tollgate.config.Settings;
import dev.tollgate.keys.Keys;
import dev.tollgate.ledger.ExpireOpen;
import dev.tollgate.ledger.Ledger;
import dev.tollgate.receipts.Receipts;
import dev.tollgate.receipts.SetSigningKey;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.SecretBox;
import dev.tollgate.storage.SecretKeys;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.tasks.FailAbandoned;
import dev.tollgate.tasks.Tasks;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/** Everything that is kept: the database with its stores, and the one writer with the parts in their order. */
final class Store implements AutoCloseable {

    private final Database database;
    private final SecretBox secrets;
    private final Ledger ledger;
    private final Keys keys;
    private final Receipts receipts;
    private final Tasks tasks;
    private final Answers answers;
    private final Writer writer;

    private Store(Database database, SecretBox secrets, InstantSource clock) {
        this.database = database;
        this.secrets = secrets;
        this.ledger = new Ledger(database);
        this.keys = new Keys(database, clock);
        this.receipts = new Receipts(database, secrets);
        this.tasks = new Tasks(database);
        this.answers = new Answers(database);
        this.writer = database.startWriter(List.of(
                SecretKeys.part(),
                keys.statePart(),
                answers.claimPart(),
                ledger.part(keys::forgetAccount),
                keys.changesPart(),
                receipts.part(),
                tasks.part(),
                answers.part()));
    }

    /**
     * Opens a data folder, and resolves what a crash has left: nobody else can own a reservation in it (D34).
     *
     * @throws dev.tollgate.storage.CannotOpen with a sentence for the operator
     */
    static Store open(Settings settings, InstantSource clock, SecureRandom random) {
        Database database = Database.open(settings.data());
        try {
            Secret chosen = settings.secretKey();
            SecretBox secrets = SecretKeys.of(chosen == null ? null : chosen.value(), settings.data(), random);
            Store store = new Store(database, secrets, clock);
            store.begin(clock, random);
            return store;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void begin(InstantSource clock, SecureRandom random) {
        SecretKeys.Check check = new SecretKeys.Check(secrets);
        writer.commitAndWait(Unit.of(check));
        if (!check.outcome()) {
            throw new CannotOpen("The secret key is not the one that this installation's data were sealed with.");
        }
        if (!receipts.hasSigningKey()) {
            writer.commitAndWait(Unit.of(SetSigningKey.first(secrets, random, clock.instant())));
        }
        ExpireOpen expired = new ExpireOpen(clock.instant());
        writer.commitAndWait(Unit.of(expired, new FailAbandoned(expired), new FreeAbandoned(expired)));
    }

    /** Seals what must not lie open in the database or beside it. */
    SecretBox secrets() {
        return secrets;
    }

    Ledger ledger() {
        return ledger;
    }

    Keys keys() {
        return keys;
    }

    Receipts receipts() {
        return receipts;
    }

    Tasks tasks() {
        return tasks;
    }

    Answers answers() {
        return answers;
    }

    Writer writer() {
        return writer;
    }

    @Override
    public void close() {
        database.close();
    }
}
