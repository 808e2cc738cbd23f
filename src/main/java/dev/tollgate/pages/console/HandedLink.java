package dev.tollgate.pages.console;

import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import templates.console.JtelinkGenerated;

/** The page that shows a link once, for the operator to hand over. */
final class HandedLink {

    private HandedLink() {}

    /** @param back where it goes on from there; said to be done where the link went by mail */
    static PageStep page(PageRequest<?> request, OperatorLinks.MadeLink made, boolean isInvitation, String back) {
        if (made.path() == null) {
            return PageStep.to(back + "?done=invited");
        }
        String about = isInvitation
                ? "Hand it to " + made.email()
                        + ": whoever opens it chooses a password and is in. It is good for 7 days, once, and"
                        + " shown this once. Mails are off, so nothing was sent."
                : "Hand it to " + made.email()
                        + ": whoever opens it sets a new password. It is good for 30 minutes, once, and shown"
                        + " this once.";
        String link = request.address() + made.path();
        return PageStep.show(
                (out, shell) -> JtelinkGenerated.render(out, null, shell, "Copy this link now", about, link, back));
    }
}
