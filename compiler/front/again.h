// What front_again keeps of a file of which parts have been replaced.

#ifndef FRONT_AGAIN_H
#define FRONT_AGAIN_H

typedef struct FrontOwn FrontOwn;

void again_free(FrontOwn *own); // NULL is free already

#endif
