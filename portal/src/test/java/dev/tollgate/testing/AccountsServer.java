package dev.tollgate.testing;

import dev.tollgate.customers.roles.Acting;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.operator.admin.actions.Administration;
import dev.tollgate.portal.MoneyModule;
import dev.tollgate.portal.PeopleModule;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** A server with accounts: the portal alone, or the whole program. */
public abstract class AccountsServer extends KeysServer {

    /** The admin key of the tests that choose one. */
    public static final String ADMIN_KEY = "admin-key-of-the-tests";

    protected AccountsServer(Launch launch, @Nullable InstantSource ownClock) {
        super(launch, ownClock);
    }

    /** Returns what an operator may do while the server runs. */
    public abstract Administration administration();

    /** Returns what people do here, and the mails that they get. */
    public abstract PeopleModule people();

    /** Returns the ways in which they pay. */
    public abstract MoneyModule money();

    /** Returns a person who changes something in an account. */
    public static Acting acting(Customer customer) {
        return new Acting(customer.account(), "per_1", null, null);
    }

    /** Lets calls be answered as the YAML list says; without the half that answers calls, its last usage is what they are charged for. */
    public abstract void script(String yaml);

    public void script(UpstreamScript script) {
        script(script.toString());
    }

    /** Returns the commands of the command line against this server. */
    public Commands commands() {
        return new Commands(administration());
    }

    /** The counts of refusals are in the tables after this; else within a second. */
    public abstract void writeRefusals();

    /** Sets windows of an owner's budgets as the operator. @param windows members of JSON */
    public Reply setBudgets(String account, String owner, String windows) {
        String path = "/admin/accounts/" + account + "/budgets/" + owner;
        return send("PUT", path, "{" + windows + ",\"reason\":\"for a test\"}", ADMIN_KEY);
    }

    @Override
    public String createAccount(long micros) {
        return commands().createAccount("Test", micros).id();
    }

    @Override
    public KeyResult.Made createKey(String account, KeySettings settings) {
        return commands().createKey(account, settings);
    }

    @Override
    public void own(String keyId, String member, String team) {
        super.own(keyId, member, team);
        String owner = (member.isEmpty() ? "" : "\"member\":\"" + member + "\",")
                + (team.isEmpty() ? "" : "\"team\":\"" + team + "\",");
        execute("UPDATE account_log SET after_json = REPLACE(after_json, '\"prefix\":', '" + owner
                + "\"prefix\":') WHERE action = 'key.create' AND subject = '" + keyId + "'");
    }
}
