package dev.tollgate.customers.people;

import dev.tollgate.base.host.FirstStartFile;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the file of the first start away once the operator whom it is for has signed in, on whichever server that was. Thread-safe; blocks. */
public record FirstStart(FirstStartFile file, People people) {

    private static final Logger log = LoggerFactory.getLogger(FirstStart.class);

    /** Somebody has signed in, the second factor included. */
    public void signedIn(Person person) {
        if (person.id().equals(Person.FIRST_OPERATOR_ID)) {
            delete();
        }
    }

    /** Looks for a sign-in at another server, or before this start. */
    public void look() {
        if (file.exists()
                && people.sessions().of(Person.FIRST_OPERATOR_ID).stream().anyMatch(session -> !session.codeDue())) {
            delete();
        }
    }

    private void delete() {
        try {
            file.delete();
        } catch (IOException e) {
            log.warn("{} could not be deleted: {}", file.path(), e.toString());
        }
    }
}
