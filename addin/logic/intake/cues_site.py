"""Cues of escalations, deviations, handovers, procedures and audits."""

from __future__ import annotations

from typing import Final

from addin.logic.intake.cue import Cue, cue

SITE_CUES: Final[tuple[Cue, ...]] = (
    # -- escalations and blockers
    cue("ESC", 3, r"\b(?:escalat\w{1,4}|escalade)\b"),
    cue("ESC", 3, r"\b(?:block(?:er|ed|ing)\b(?! heel)|bloque\w{0,2}(?!\W{1,2}(?:(?:l|le|la|cet|cette|son|sa)\W)?"
        r"(?:envoi|expedition|commande|colis)))\b"),
    cue("ESC", 3, r"\bbloque\w{0,2}\W{1,2}(?:(?:l|le|la|cet|cette|son|sa)\W)?(?:envoi|expedition|commande|colis)\b|"
        r"\bne pas (?:expedier|envoyer)\b|\bn'?e?xpedi\w{1,3} pas\b"),
    cue("ESC", 3, r"\b(?:(?:wms|oms|system|systems|server|network|wifi|printers?|label printer|scanners?|conveyor|"
        r"sorter|portal|website|api|interface|worldship|psp)\W{1,2}(?:(?:on|at|"
        r"in) \w{1,12}(?: \d{1,3})?\W{1,2})?(?:is |are |has |been |was |all |still |"
        r"gone |keeps? |completely )*(?:down|dead|jamm\w{2,3}|kaput|playing up|out|offline|crash\w{1,4}|frozen|hung|"
        r"broken|not (?:printing|"
        r"working|responding|syncing)|stuck|en panne|hs)|outage|can(?:'?t|not) (?:print|ship|pick|pack|"
        r"log ?in|scan|despatch|dispatch)\b|no labels? (?:print\w{0,3}|coming))"),
    cue("ESC", 3, r"\b(?:(?:stop|hold|pull|freeze) (?:the |this |that )?(?:shipment|order|parcel|despatch|dispatch|"
        r"shipping)\b|(?:do not|don'?t) (?:ship|despatch|dispatch|release)\b|(?:do not|don'?t) let (?:it|this|them|"
        r"that|the \w+) "
        r"(?:leave|go|out|ship)\b|fraud (?:team|alert|flag\w{0,3}|hold|check)|fraudulent|suspected fraud|"
        r"(?:is|was) (?:this |it |#?\d{6,14} )?(?:a )?fraud\b)"),
    cue("ESC", 3, r"\bwave\s?\w{0,4}\W{1,3}(?:is |still |has |been |all |was |got )*(?:stuck|blocked|frozen|"
        r"not (?:released|moving|dropping)|hung|held|on hold|bloquee?)\b"),
    cue("ESC", 2, r"\b(?:(?:still )?open (?:with|w/?) ?(?:it|3pl|ups|support)|ticket\b[^.;\n]{0,30}\b(?:still open|"
        r"no (?:answer|reply|update)|unanswered)|no (?:answer|reply|response) (?:from|since)|"
        r"nobody (?:answers?|replies|is looking)|\bit ticket\b|who can (?:escalate|help|unblock|fix)|sev ?1|"
        r"major incident)"
        r"\b"),
    cue("ESC", 1, r"\b(?:p1|critical|urgent(?:ly)?)\b(?=[^.;\n]{0,60}\b(?:orders|parcels|everything|all|lane|"
        r"line|site)"
        r"\b)"),
    cue("ESC", 3, r"\b(?:driver|ups|carrier|courier) (?:is )?(?:refus\w{1,4}|won'?t|will not|would not|cannot|"
        r"can'?t)(?: to)? "
        r"(?:take|collect|load|pick)\b|\b(?:missed|no) collection (?:today|yet|this)\b"),
    # -- deviations
    cue("DEV", 3, r"\b(?:deviation|root[- ]cause|capa|corrective action|near[- ]miss|non[- ]?conformit\w{1,3}|"
        r"cause racine)\b"),
    cue("DEV", 2, r"\b(?:(?:second|third|fourth|fifth|\d{1,2}(?:st|nd|rd|th)) (?:time|one|case|mis-?pick|error|"
        r"wrong \w+|mix-?up|mistake|incident)"
        r" (?:this|in a|in the last|within) (?:week|month|shift|day)|keeps? happening|recurr(?:ing|ent)|"
        r"same (?:mistake|error|issue) again|every (?:week|day|shift) now)\b"),
    cue("DEV", 2, r"\b(?:(?:sop|procedure|process|step|scan|check|seal)\w{0,2}\W{1,2}(?:\S+\W{1,2}){0,3}?(?:was |"
        r"were )?(?:not followed|n't followed|skipped|missed|ignored|bypassed)|(?:skip(?:s|ped|ping)|missed|"
        r"bypass(?:es|ed|ing)) (?:the |a )?(?:step|scan|check|second check|weigh\w{0,3}|seal)|against (?:the )?sop)\b"),
    cue("DEV", 3, r"\b(?:\d{1,3}|two|three|four|five|several|many|another) (?:wrong (?:items?|articles?|"
        r"addresses?|labels?)|"
        r"mis-?picks?|mis-?ships?|mix-?ups?|wrong shipments?)\b[^.;\n]{0,40}\b(?:this|in a|in the last|within|"
        r"same|per|since)\b"),
    cue("DEV", 3, r"\b(?:parcels?|boxes|orders?) (?:were |was |got |are |have been )?(?:swapped|mixed up|crossed)\b|"
        r"\blabel (?:says|shows|reads|is for)\b[^.;\n]{0,40}\bbut\b"),
    cue("DEV", 3, r"\bwrong label (?:on|stuck|printed|put)\b|\blabels? (?:were |was |got |have been |"
        r"are )?(?:swapped|mixed up|switched|"
        r"crossed)\b|\blabel swap\b|\b(?:swap|swapped|switch|switched|crossed|mixed up) (?:the |of |of the )?labels?\b|"
        r"\bwrong boxes\b"),
    # -- handover, procedures, audit
    cue("HND", 3, r"\b(?:eod|end of (?:day|shift)|shift) (?:report|summary|recap|notes)\b"),
    cue("HND", 3, r"\b(?:handing|hand|passing|pass) (?:it |this |everything |all |these )?(?:over|"
        r"on) to (?:the )?(?:lates?|nights?|"
        r"earl(?:y|ies)|days?|next|evening|back|team [a-z]|colleague|[a-z]+ (?:shift|team))\b|"
        r"\bhanding over to (?!(?:ups|dpd|dhl|the|a|an|carrier|courier|driver|customer|client)\b)[a-z]{2,20}\b|"
        r"\bstill open for (?:the )?(?:lates?|"
        r"nights?|tomorrow|next shift)\b"),
    cue("SOP", 3, r"\bsop[- ]?\S{1,12} (?:\w+ ){0,2}(?:says?|states|reads|shows|asks for)\b[^.;\n]{0,40}\b"
        r"(?:should|but|instead)\b|\bwho (?:updates|changes|owns) the (?:sop|procedure)\b"),
    cue("SOP", 3, r"\b(?:sop[- ]?\S{1,12}|sop|procedure|work instruction)\W{1,2}(?:\w+ )?(?:does ?n.?t|does not|never|"
        r"nowhere|fails to) (?:mention|say|cover|include|tell|explain)\b"),
    cue("SOP", 2, r"\b(?:look at|review|rethink|revisit|fix|clarify) (?:the |our |that )?(?:\w+ )?(?:sop|procedure|"
        r"work instruction)\b"),
    cue("HND", 3, r"\b(?:hand-?over|hand over (?:to|for)|passation|shift (?:handover|change|notes|summary)|(?:for|to)"
        r" (?:the )?(?:next|late|night|day|early|morning|evening|back) shift)\b"),
    cue("HND", 2, r"\b(?:re-?prioriti[sz]\w{1,5}|prioriti[sz]e|priority list|what (?:goes|do we do) first)\b"),
    cue("SOP", 3, r"\b(?:(?:updat\w{1,3}|chang\w{1,3}|revis\w{1,4}|amend|rewrite|correct|add (?:\w+ ){0,3}to|"
        r"propos\w{1,3}) (?:\w+ ){0,3}?(?:sop|procedure|work instruction)\b|(?:sop|procedure|"
        r"work instruction)(?:[- ]\S{1,12})?(?: step \S{1,4})?\W{1,2}(?:v\d\S{0,4} )?(?:is |needs? |should |"
        r"must |still |be |says? )*(?:updat\w{1,4}|chang\w{1,4}|revis\w{1,4}|outdated|out of date|wrong|"
        r"unclear|old|rewrit\w{1,4}|amend\w{0,3})|mode operatoire)"),
    cue("AUD", 3, r"\b(?:audit(?:ors?|eurs?)?|month[- ]end (?:pack|file|sample)|external review|internal control|"
        r"commissaires? aux comptes|evidence pack|sample of (?:\d+ )?(?:refunds|claims|cases|orders)|sample of \d+|"
        r"(?:refunds?|claims?|returns?|finance) pack)"
        r"\b(?! trail)"),
)  # fmt: skip
