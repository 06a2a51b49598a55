// What the two halves of `switch receive` share: receive.c reads the cases one by one, arms.c puts together those that wait
// for the same.

#ifndef CHECK_RECEIVE_H
#define CHECK_RECEIVE_H

#include "check__.h"

typedef struct ReceiveCase {    // a case as it is written, or one of its alternatives
    HirReceiveArm arm;          // without binds
    VEC(HirPattern *) patterns; // one for each of the arm's binds
    HirExpr *guard;             // NULL: none
} ReceiveCase;

typedef struct ReceiveCases {
    VEC(ReceiveCase) list;
    HirStmt *rest;  // the body of `default`; NULL: there is none
    HirStmt *whole; // what `break` leaves
    Span rest_span;
} ReceiveCases;

const HirType *member_after(Fn *fn, const HirHead *head); // of a set, behind what has come of it
bool binds_whole(const HirPattern *pattern); // it takes what comes as it is, or nothing of it
// The arms of `stmt`, a RECEIVE: one for all cases that wait for the same. False: reported.
bool make_arms(Fn *fn, ReceiveCases *cases, HirStmt *stmt);

#endif
